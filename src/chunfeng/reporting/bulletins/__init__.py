"""Bulletins: what an issue holds (`plan`), its figures (`content`), and its pages (`layout`, `docx`, `pdf`)."""
