"""Student's t distribution, as far as 95 % intervals need it."""

from __future__ import annotations

NORMAL_975 = 1.96
_T_975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145)


def t_975(freedom: int) -> float:
    """The 97.5 % point for so many degrees of freedom, one at least; beyond the table within 0.005."""
    return _T_975[freedom - 1] if freedom <= len(_T_975) else NORMAL_975 + 2.6 / freedom
