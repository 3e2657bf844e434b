"""Many people at once, on loopback: whom they ask, what they ask, and what it costs."""
