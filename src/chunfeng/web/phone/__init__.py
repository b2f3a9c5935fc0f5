"""What a telephone without a line needs: the worker, the shells it keeps, and the answers it fetches and sends."""
