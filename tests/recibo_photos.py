"""Recibos as a camera or a scanner sees them: the PDFs of :mod:`tests.recibos`, spoilt."""

import io
from dataclasses import dataclass


@dataclass(frozen=True)
class Camera:
    """How a photo was taken."""

    name: str
    dots: int = 220
    turned: float = 0.0
    """Degrees it was held askew."""
    blur: float = 0.0
    """Radius of the blur. [pixel]"""
    noise: float = 0.0
    """Deviation of the grain, of 255 greys."""
    shade: float = 0.0
    """How much darker one edge is than the other, 0 to 1."""


CAMERAS = (
    Camera("scan"),
    Camera("scan, 150 dots", dots=150),
    Camera("photo, askew", turned=1.3),
    Camera("photo, grain", noise=18.0, turned=-0.7),
    Camera("photo, blur", blur=1.2, turned=0.5),
    Camera("photo, shade", shade=0.45, noise=8.0),
    Camera("bad photo", dots=110, blur=1.3, noise=22.0, turned=2.0, shade=0.3),
)


def photo(pdf: bytes, camera: Camera, *, kind: str = "JPEG", seed: int = 1) -> bytes:
    """Return the first page of a PDF as somebody's camera sees it."""
    import numpy as np
    import pypdfium2  # type: ignore[import-untyped]
    from PIL import Image, ImageFilter

    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=camera.dots / 72, grayscale=True).to_pil()
    document.close()
    if camera.turned:
        image = image.rotate(
            camera.turned, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC
        )
    if camera.blur:
        image = image.filter(ImageFilter.GaussianBlur(camera.blur))
    grey = np.asarray(image, dtype=float)
    if camera.shade:
        grey = grey * np.linspace(1 - camera.shade, 1, grey.shape[1])
    if camera.noise:
        grey = grey + np.random.default_rng(seed).normal(0, camera.noise, grey.shape)
    image = Image.fromarray(np.clip(grey, 0, 255).astype("uint8"))
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return buffer.getvalue()
