"""Articles, business facts and retrieval over them."""
