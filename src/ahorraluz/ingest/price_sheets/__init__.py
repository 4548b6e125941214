"""Price sheets as distributors and the regulator publish them: page, PDF, text or table."""
