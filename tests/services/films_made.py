"""Small films and sounds, full of what should not be told."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image

SECRET = "Sherlock"
RATE = 48_000


@cache
def film(
    container: str,
    video: str | None,
    sound: str | None = None,
    *,
    size: tuple[int, int] = (64, 48),
    frames: int = 10,
    per_second: int = 10,
    turned: int = 0,
) -> bytes:
    """A red film and a silent sound, as encoders of these names make them; each is made once."""
    out = io.BytesIO()
    made: Any
    pictures: Any
    frames_of: Any = VideoFrame
    voices: Any
    with av.open(out, "w", format=container) as made:
        made.metadata.update({"title": SECRET, "location": "+51.5-000.1/", "comment": SECRET})
        if video is not None:
            pictures = made.add_stream(video, rate=per_second)
            pictures.width, pictures.height = size
            pictures.pix_fmt = "yuv420p"
            if video == "libvpx":
                pictures.options = {"deadline": "realtime", "cpu-used": "16"}
            pictures.metadata["handler_name"] = SECRET
            if turned:
                pictures.set_display_rotation(turned)
        if sound is not None:
            voices = made.add_stream(sound, rate=RATE)
            voices.metadata["title"] = SECRET
        if video is not None:
            for number in range(frames):
                frame = frames_of.from_image(Image.new("RGB", size, (250, 0, 0)))
                frame.pts, frame.time_base = number, Fraction(1, per_second)
                made.mux(pictures.encode(frame))
            made.mux(pictures.encode())
        if sound is not None:
            at, step = 0, voices.codec_context.frame_size or 1_024
            while at < RATE:
                voice = AudioFrame(
                    format=voices.codec_context.format.name,
                    layout=voices.layout.name,
                    samples=step,
                )
                for plane in voice.planes:
                    plane.update(bytes(plane.buffer_size))
                voice.sample_rate, voice.pts = RATE, at
                made.mux(voices.encode(voice))
                at += step
            made.mux(voices.encode())
    return out.getvalue()
