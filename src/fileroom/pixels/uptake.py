"""The factor from activity concentration to standardised uptake by body weight (SUVbw), and why there is none.

After the vendor-neutral rules of the Quantitative Imaging Biomarkers Alliance; what they leave open is not guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GRAMS_OF_ONE = 1000.0
DATE_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptake:
    """``factor`` × rescaled value = g/ml; without a factor ``missing`` names the attribute that is wanting."""

    factor: float | None
    missing: str


class _Missing(Exception):
    """An attribute without which there is no factor."""


def uptake_of(data_set: Dataset) -> Uptake:
    """The factor that holds for the values of ``data_set``, an image of PET."""
    try:
        return Uptake(factor=_factor(data_set), missing="")
    except _Missing as missing:
        return Uptake(factor=None, missing=str(missing))


def _factor(data_set: Dataset) -> float:
    units = data_set.get("Units")
    if units == "GML":  # is it already (PS3.3 C.8.9.1.1.3), unless by lean or ideal mass (SUV Type, C.8.9.1.1.11)
        if data_set.get("SUVType") not in {None, "", "BW"}:
            raise _Missing("SUVType")
        return 1.0
    if units == "CNTS" and (factor := _factor_of_philips(data_set)) is not None:
        return factor
    if units != "BQML":
        raise _Missing("Units")
    corrected = data_set.get("CorrectedImage") or ()
    if "DECY" not in corrected or "ATTN" not in corrected:
        raise _Missing("CorrectedImage")
    items = data_set.get("RadiopharmaceuticalInformationSequence") or ()
    if not items:
        raise _Missing("RadiopharmaceuticalInformationSequence")
    weight = _positive(data_set, "PatientWeight") * GRAMS_OF_ONE
    return weight / _dose_at_start(data_set, items[0])


def _factor_of_philips(data_set: Dataset) -> float | None:
    """SUV Scale Factor (7053,xx00): what Philips multiplies counts by to have uptake."""
    try:
        value: Any = data_set.private_block(0x7053, "Philips PET Private Group")[0x00].value
        number = float(value.decode("ascii") if isinstance(value, bytes) else value)
    except (KeyError, TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _dose_at_start(data_set: Dataset, item: Dataset) -> float:
    """The injected dose, decayed to the moment that the values are corrected to (Decay Correction, C.8.9.1.1.8)."""
    dose = _positive(item, "RadionuclideTotalDose")
    correction = data_set.get("DecayCorrection")
    if correction == "ADMIN":
        return dose
    if correction != "START":
        raise _Missing("DecayCorrection")
    half_life = _positive(item, "RadionuclideHalfLife")
    start = _moment(data_set, "Series")
    # a series that was made anew after the scan has a later time than its images: then there is no telling
    if start > _moment(data_set, "Acquisition"):
        raise _Missing("SeriesTime")
    elapsed = (start - _injected(item, start)).total_seconds()
    if not 0 <= elapsed < timedelta(days=1).total_seconds():
        raise _Missing("RadiopharmaceuticalStartTime")
    return dose * math.pow(2.0, -elapsed / half_life)


def _injected(item: Dataset, start: datetime) -> datetime:
    whole = item.get("RadiopharmaceuticalStartDateTime")
    if whole:
        return _parsed(str(whole)[:DATE_DIGITS], str(whole)[DATE_DIGITS:].split("+")[0].split("-")[0])
    time = item.get("RadiopharmaceuticalStartTime")
    if not time:
        raise _Missing("RadiopharmaceuticalStartTime")
    return _parsed(start.strftime("%Y%m%d"), str(time))


def _moment(data_set: Dataset, what: str) -> datetime:
    date, time = data_set.get(f"{what}Date"), data_set.get(f"{what}Time")
    if not date or not time:
        raise _Missing(f"{what}Time")
    return _parsed(str(date), str(time))


def _parsed(date: str, time: str) -> datetime:
    whole, _, fraction = time.partition(".")
    try:
        moment = datetime.strptime(f"{date} {whole:0<6}", "%Y%m%d %H%M%S")  # noqa: DTZ007 - local times on both sides
        return moment + timedelta(seconds=float(f"0.{fraction.strip() or 0}"))
    except ValueError:
        raise _Missing("time") from None


def _positive(data_set: Dataset, keyword: str) -> float:
    value: Any = data_set.get(keyword)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _Missing(keyword) from None
    if not (math.isfinite(number) and number > 0):
        raise _Missing(keyword)
    return number
