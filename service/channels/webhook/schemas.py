"""Wire shapes of the generic webhook channel, in and out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Place(BaseModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str | None = Field(None, max_length=100)


class Picture(BaseModel):
    """A picture in base64; `kind` says what it is meant to be, its content says what it is."""

    kind: Literal["image", "video", "voice"] = "image"
    content: str


class UpdateShape(BaseModel):
    """What a customer did. `id` is unique for the user; the same one again is the same thing. `choice` is the `ref`
    of a choice that we sent. A payload counts only if it was offered."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=120)
    user: str = Field(min_length=1, max_length=128)
    event: Literal["message", "follow", "unfollow"] = "message"
    text: str = Field("", max_length=20_000)
    choice: str | None = Field(None, max_length=40)
    pictures: list[Picture] = Field(default_factory=list, max_length=9)
    location: Place | None = None


class AcceptedAnswer(BaseModel):
    """Stored durably; the reply comes as a signed POST to the reply address."""

    accepted: bool
