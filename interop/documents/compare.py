"""A printed answer against a real one, member by member."""


def differences(printed, real, sample=(), within=None, path=""):
    """What differs in names, order, types and constants; [] if nothing does.

    `sample` names members whose value may be another of the same type, but not an empty one; `within` those
    that may be any number between two.
    """
    within = within or {}
    here = path or "the answer"
    if path in sample:
        alike = type(real) is type(printed) and real
        return [] if alike else [f"{here}: {real!r} is no {type(printed).__name__} like {printed!r}"]
    if path in within:
        low, high = within[path]
        return [] if type(real) is int and low <= real <= high else [f"{here}: {real!r} not in {low}..{high}"]
    if type(real) is not type(printed):
        return [f"{here}: {real!r} instead of {printed!r}"]
    if isinstance(printed, dict):
        if list(printed) != list(real):
            return [f"{here}: members {list(real)} instead of {list(printed)}"]
        pairs = [(f"{path}.{name}".lstrip("."), printed[name], real[name]) for name in printed]
    elif isinstance(printed, list):
        if len(printed) != len(real):
            return [f"{here}: {len(real)} items instead of {len(printed)}"]
        pairs = [(f"{path}[{at}]", *both) for at, both in enumerate(zip(printed, real))]
    else:
        return [] if printed == real else [f"{here}: {real!r} instead of {printed!r}"]
    return [found for name, was, now in pairs for found in differences(was, now, sample, within, name)]
