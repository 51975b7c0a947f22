"""What all values of a page have in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[int, Field(ge=1)]
Label = Literal["Left", "Lean Left", "Center", "Lean Right", "Right", "Unrated", "Mixed", "Disputed"]


class PageModel(BaseModel):
    """The base of all values of a page: frozen, and nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)
