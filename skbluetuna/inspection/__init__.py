"""Pictures of what a search learned: compute first, draw second."""

__all__: list[str] = []
