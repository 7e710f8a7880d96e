"""Pictures with boxes, and what a detector finds in them, made up from a seed."""

import numpy as np

CATEGORIES = (1, 3, 18, 90)


def synthetic(seed, pictures=12):
    """Boxes in pictures, and what a middling detector finds: shifted, missed, doubled, confused."""
    numbers = np.random.default_rng(seed)
    annotations, found = [], {}
    for picture in range(1, pictures + 1):
        found[picture] = []
        for _ in range(numbers.integers(0, 8)):
            left, top = numbers.uniform(0, 400, 2)
            width, height = numbers.uniform(8, 240, 2)
            box = np.array((left, top, width, height))
            category = int(numbers.choice(CATEGORIES))
            crowd = int(numbers.random() < 0.1)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": picture,
                    "category_id": category,
                    "bbox": [left, top, width, height],
                    "area": width * height * 0.7,
                    "iscrowd": crowd,
                }
            )
            for _ in range(numbers.integers(0, 3)):
                shift = numbers.normal(0, 0.1, 4) * box[[2, 3, 2, 3]]
                guess = category if numbers.random() < 0.9 else int(numbers.choice(CATEGORIES))
                edges = np.maximum(box + shift, 1).round(2).tolist()
                found[picture].append((guess, round(float(numbers.random()), 6), *edges))
    truth = {
        "images": [{"id": picture} for picture in found],
        "annotations": annotations,
        "categories": [{"id": number, "name": str(number)} for number in CATEGORIES],
    }
    return truth, found
