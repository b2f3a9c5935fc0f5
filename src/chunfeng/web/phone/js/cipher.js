// Sealing and opening. In a secure context AES-GCM under keys that no script can read; on plain HTTP, where browsers
// have no such thing, XChaCha20-Poly1305 of the library in vendor/, under keys that stay in the memory of the page.
"use strict";
export const strong = Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle);
let fallback = null;
const library = async () => {
  fallback ??= (await import("/static/web/vendor/noble-ciphers/chacha.js")).xchacha20poly1305;
  return fallback;
};

/** @param {number} n @returns {Uint8Array} */
export const random = (n) => crypto.getRandomValues(new Uint8Array(n));
/** A key for one thing made on this phone: 32 hexadecimal digits. */
export const fresh = () => Array.from(random(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
/** @param {string} text */
export const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** A usable key of 32 bytes. @param {Uint8Array} raw @returns {Promise<CryptoKey|Uint8Array>} */
export const usable = async (raw) => {
  if (strong) return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  await library(); // fetched while there is a line
  return raw;
};

/**
 * @typedef {{iv: Uint8Array, data: Uint8Array}} Sealed
 * @param {CryptoKey|Uint8Array} key @param {Uint8Array} plain @param {string} about what it is, bound to it
 * @returns {Promise<Sealed>}
 */
export const seal = async (key, plain, about) => {
  const additionalData = new TextEncoder().encode(about);
  if (!strong) {
    const iv = random(24);
    return { iv, data: (await library())(key, iv, additionalData).encrypt(plain) };
  }
  const iv = random(12);
  return { iv, data: new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain)) };
};

/** Throws where the key is another or something was changed. @param {Sealed} sealed @returns {Promise<Uint8Array>} */
export const opened = async (key, { iv, data }, about) => {
  const additionalData = new TextEncoder().encode(about);
  if (!strong) return (await library())(key, iv, additionalData).decrypt(data);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, data));
};
