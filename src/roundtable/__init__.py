"""Roundtable takes uses of large language models from proof of concept to product."""
