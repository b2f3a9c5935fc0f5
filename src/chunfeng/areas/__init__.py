"""Administrative divisions of China, dated, with local areas inside them."""
