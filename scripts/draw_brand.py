"""Draw the brand pictures: `python -m scripts.draw_brand`.

A shield with a camera's eye in it: the ring is the lens, the bright arc above it the field of view.
"""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent.parent / "custom_components" / "hikvision_ivm" / "brand"
SCALE = 8  # drawn this much larger, then reduced: smooth edges
UNIT = 256  # the drawing's own coordinates

DEEP = (15, 61, 76, 255)
BRIGHT = (31, 181, 166, 255)
LIGHT = (238, 246, 245, 255)
CLEAR = (0, 0, 0, 0)

NAME = "Video"
SUBTITLE = "and security"

type Colour = tuple[int, int, int, int]
type Point = tuple[float, float]


def curve(start: Point, bend: Point, end: Point, steps: int = 48) -> list[Point]:
    """Return points of a quadratic Bezier curve."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append((a * start[0] + b * bend[0] + c * end[0], a * start[1] + b * bend[1] + c * end[1]))
    return points


def shield(inset: float = 0) -> list[Point]:
    """Return the outline of the shield, moved inwards by `inset`."""
    right, top, bottom = 234 - inset, 30 + inset, 256 - inset * 1.25
    half = [
        *curve((128, top - 30 + inset * 0.1), (176, top + 4), (right, top)),
        *curve((right, top), (right + 2, 180 - inset * 0.6), (128, bottom)),
    ]
    return [*half, *((UNIT - x, y) for x, y in reversed(half))]


class Canvas:
    """A picture in drawing coordinates."""

    def __init__(self, width: float, height: float, pixels: float) -> None:
        """`pixels`: picture pixels per drawing unit, before the reduction."""
        self.factor = pixels
        self.image = Image.new("RGBA", (round(width * pixels), round(height * pixels)), CLEAR)
        self.draw = ImageDraw.Draw(self.image)

    def polygon(self, points: Iterable[Point], colour: Colour) -> None:
        """Fill an outline."""
        self.draw.polygon([(x * self.factor, y * self.factor) for x, y in points], fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        box = [(v * self.factor) for v in (x - radius, y - radius, x + radius, y + radius)]
        self.draw.ellipse(box, fill=colour)

    def arc(self, x: float, y: float, radius: float, width: float, angles: tuple[float, float], colour: Colour) -> None:
        """Draw a part of a ring; angles in degrees, clockwise from three o'clock."""
        box = [(v * self.factor) for v in (x - radius, y - radius, x + radius, y + radius)]
        self.draw.arc(box, *angles, fill=colour, width=round(width * self.factor))

    def reduced(self) -> Image.Image:
        """Return the finished picture."""
        width, height = self.image.size
        return self.image.resize((width // SCALE, height // SCALE), Image.Resampling.LANCZOS)


def draw_mark(canvas: Canvas, rim: Colour) -> None:
    """Draw the shield with the eye."""
    canvas.polygon(shield(), rim)
    canvas.polygon(shield(9), DEEP)
    canvas.arc(128, 132, 84, 12, (205, 335), BRIGHT)
    canvas.disc(128, 132, 58, LIGHT)
    canvas.disc(128, 132, 46, DEEP)
    canvas.disc(128, 132, 30, BRIGHT)
    canvas.disc(128, 132, 14, DEEP)
    canvas.disc(141, 118, 8, LIGHT)


def icon(size: int, rim: Colour) -> Image.Image:
    """Return the square mark, `size` pixels wide."""
    canvas = Canvas(UNIT, UNIT, size * SCALE / UNIT)
    draw_mark(canvas, rim)
    return canvas.reduced()


def logo(height: int, rim: Colour, ink: Colour) -> Image.Image:
    """Return the mark with words beside it, `height` pixels high."""
    factor = height * SCALE / UNIT
    font = ImageFont.load_default(size=96 * factor)
    small = ImageFont.load_default(size=54 * factor)
    width = 280 + max(font.getlength(NAME), small.getlength(SUBTITLE)) / factor + 4
    canvas = Canvas(width, UNIT, factor)
    draw_mark(canvas, rim)
    canvas.draw.text((276 * factor, 52 * factor), NAME, font=font, fill=ink)
    canvas.draw.text((280 * factor, 152 * factor), SUBTITLE, font=small, fill=BRIGHT)
    return canvas.reduced()


def main() -> None:
    """Write every variant: light and dark, simple and double size."""
    FOLDER.mkdir(exist_ok=True)
    for prefix, rim, ink in (("", DEEP, DEEP), ("dark_", BRIGHT, LIGHT)):
        for suffix, factor in (("", 1), ("@2x", 2)):
            icon(256 * factor, rim).save(FOLDER / f"{prefix}icon{suffix}.png", optimize=True)
            logo(128 * factor, rim, ink).save(FOLDER / f"{prefix}logo{suffix}.png", optimize=True)


if __name__ == "__main__":
    main()
