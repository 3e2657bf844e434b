"""The service beside the hub: what laboratories ask over HTTP. Today: finding data."""
