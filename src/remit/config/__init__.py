"""Settings, urls and the ASGI entry: wires everything, holds no logic."""
