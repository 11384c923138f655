#!/usr/bin/env python3
"""One siting by spopt, timed: building the model and solving it, no files. Prints JSON.

    siting_spopt.py INSTANCE.json mclp|p-median|p-center CBC|HiGHS SECONDS
"""

import json
import sys
import time

import numpy as np
import pulp
from spopt.locate import MCLP, PCenter, PMedian


def main() -> None:
    path, objective, solver_name, limit = sys.argv[1:]
    instance = json.load(open(path))
    costs = np.array(instance["costs"], dtype=float)
    weights = np.array(instance["weights"], dtype=float)
    p, radius = instance["p"], instance["radius"]
    if solver_name == "CBC":
        solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=float(limit), threads=1)
    else:
        solver = pulp.HiGHS(msg=False, timeLimit=float(limit), threads=1)
    start = time.perf_counter()
    if objective == "mclp":
        model = MCLP.from_cost_matrix(costs, weights, radius, p)
    elif objective == "p-median":
        model = PMedian.from_cost_matrix(costs, weights, p)
    else:
        model = PCenter.from_cost_matrix(costs, p)
    model = model.solve(solver)
    seconds = time.perf_counter() - start
    # What the chosen sites are worth, whatever the library says of them.
    chosen = [j for j, variable in enumerate(model.fac_vars) if (variable.value() or 0) > 0.5]
    value = None
    if chosen:
        nearest = costs[:, chosen].min(axis=1)
        value = {
            "mclp": float(weights[nearest <= radius].sum()),
            "p-median": float((weights * nearest).sum()),
            "p-center": float(nearest.max()),
        }[objective]
    status = pulp.LpStatus[model.problem.status]
    print(json.dumps({"seconds": seconds, "value": value, "status": status}))


if __name__ == "__main__":
    main()
