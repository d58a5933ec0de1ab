"""Trees of vessels that grow into a region until every part of it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fileroom.demo.canvas import Tube

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.demo.canvas import Point

MURRAY = 2.7  # a vessel's radius to this power is the sum of its branches' (Murray's law says 3)


def grown(
    root: Point, targets: NDArray[np.float32], *, leaf: float, step: float, sideways: float, seed: int
) -> list[Tube]:
    """Tubes from ``root`` to all ``targets``, thick where many meet.

    Targets are reached in order of their distance from the root, each from the nearest part of what is there, in
    ``step`` mm pieces that sway by ``sideways``.
    """
    generator = np.random.default_rng(seed)
    start = np.array(root, np.float32)
    order = np.argsort(np.linalg.norm(targets - start, axis=1))
    nodes = np.empty((len(targets) * 40, 3), np.float32)
    parents = np.zeros(len(nodes), int)
    nodes[0], count = start, 1
    for target in targets[order]:
        nearest = int(np.argmin(((nodes[:count] - target) ** 2).sum(1)))
        way = target - nodes[nearest]
        pieces = max(1, int(np.linalg.norm(way) / step))
        parent = nearest
        for piece in range(1, pieces + 1):
            sway = generator.standard_normal(3).astype(np.float32) * np.float32(sideways if piece < pieces else 0)
            nodes[count], parents[count] = nodes[nearest] + way * np.float32(piece / pieces) + sway, parent
            parent, count = count, count + 1
    leaves = np.zeros(count)
    is_parent = np.zeros(count, bool)
    is_parent[parents[1:count]] = True
    leaves[~is_parent] = 1
    for node in range(count - 1, 0, -1):  # children come after their parents
        leaves[parents[node]] += leaves[node]
    radii = leaf * leaves ** (1 / MURRAY)
    places: list[Point] = [(float(x), float(y), float(z)) for x, y, z in nodes[:count]]
    tubes = []
    for node in range(1, count):
        parent = parents[node]
        thick = min(radii[parent], radii[node] * 1.3)
        tubes.append(Tube(places[parent], places[node], float(thick), float(radii[node])))
    return tubes
