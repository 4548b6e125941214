"""Recibos as people keep them: PDFs and photos to what they surely say."""
