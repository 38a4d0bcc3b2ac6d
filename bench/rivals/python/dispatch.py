"""Measures one of CPython's pools as measures.mjs does those of JavaScript.

Usage: dispatch.py RIVAL MEASURE [--quick]; prints one line of JSON, figures by name.
"""
import json
import os
import sys
import time

import functions

clock = time.perf_counter
WORKERS = 2
MORE_WORKERS = 6
ELEMENTS = 1 << 20
FULL = dict(calls=5000, burst=50_000, bursts=30, budget=20, items=100_000, rounds=20)
QUICK = dict(calls=300, burst=2000, bursts=4, budget=2, items=10_000, rounds=4)


class Pool:
    """multiprocessing.Pool."""

    def __init__(self, method, workers):
        import multiprocessing

        self.pool = multiprocessing.get_context(method).Pool(workers)

    def submit(self, function, *args):
        return self.pool.apply_async(function, args)

    def result(self, pending):
        return pending.get()

    def map(self, function, items):
        return self.pool.map(function, items)

    def pids(self):
        return [process.pid for process in self.pool._pool]

    def close(self):
        self.pool.terminate()
        self.pool.join()


class Executor:
    """concurrent.futures.ProcessPoolExecutor."""

    def __init__(self, method, workers):
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self.workers = workers
        self.pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(method))

    def submit(self, function, *args):
        return self.pool.submit(function, *args)

    def result(self, pending):
        return pending.result()

    def map(self, function, items):
        # In as many chunks as Pool cuts; its own default is chunks of one item.
        return list(self.pool.map(function, items, chunksize=-(-len(items) // (4 * self.workers))))

    def pids(self):
        return list(self.pool._processes)

    def close(self):
        self.pool.shutdown()


RIVALS = {
    "pool-fork": (Pool, "fork"),
    "pool-spawn": (Pool, "spawn"),
    "executor-fork": (Executor, "fork"),
    "executor-spawn": (Executor, "spawn"),
}


def quantile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def median(rounds, work, prepare=lambda: None):
    times = []
    for number in range(-max(1, rounds // 4), rounds):
        value = prepare()
        start = clock()
        work(value)
        if number >= 0:
            times.append((clock() - start) * 1000)
    return quantile(times, 0.5)


def call(pool, function, *args):
    return pool.result(pool.submit(function, *args))


def both(pool, function, *args):
    for pending in [pool.submit(function, *args) for _ in range(WORKERS)]:
        pool.result(pending)


def warm(pool):
    for i in range(20):
        both(pool, functions.square, i)


def private_mib(pid):
    """The memory that a process shares with nobody; forked pages that were not written count for none."""
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def start(create, sizes):
    begin = clock()
    pool = create(WORKERS)
    assert call(pool, functions.square, 3) == 9
    first = (clock() - begin) * 1000
    more = create(MORE_WORKERS)
    for pending in [more.submit(functions.sleep, 0.8) for _ in range(MORE_WORKERS)]:
        more.result(pending)
    memory = sum(map(private_mib, more.pids())) / MORE_WORKERS
    pool.close()
    more.close()
    again = clock()
    pool = create(WORKERS)
    call(pool, functions.square, 3)
    later = (clock() - again) * 1000
    pool.close()
    return {"start, first pool ms": first, "start, later pool ms": later, "memory a worker MiB": memory}


def latency(create, sizes):
    pool = create(WORKERS)
    times = []
    for i in range(-sizes["calls"], sizes["calls"]):
        begin = clock()
        result = call(pool, functions.square, i)
        took = clock() - begin
        assert result == i * i
        if i >= 0:
            times.append(took * 1e6)
    pool.close()
    return {"latency p50 µs": quantile(times, 0.5), "latency p99 µs": quantile(times, 0.99)}


def burst(create, sizes):
    pool = create(WORKERS)
    warm(pool)
    count, rates, end = sizes["burst"], [], clock() + sizes["budget"]
    for run in range(-1, sizes["bursts"]):
        if run >= 3 and clock() > end:
            break
        begin = clock()
        results = [pool.result(pending) for pending in [pool.submit(functions.square, i) for i in range(count)]]
        took = clock() - begin
        assert results[-1] == (count - 1) ** 2
        if run >= 0:
            rates.append(count / took)
    pool.close()
    return {
        "at once, slowest run /s": min(rates),
        "at once, median run /s": quantile(rates, 0.5),
        "at once, fastest run /s": max(rates),
        "at once, runs": len(rates),
    }


def map_(create, sizes):
    pool = create(WORKERS)
    warm(pool)
    xs = list(range(sizes["items"]))
    assert pool.map(functions.square, xs)[-1] == (len(xs) - 1) ** 2
    figures = {"map ms": median(sizes["rounds"], lambda _: pool.map(functions.square, xs))}
    pool.close()
    return figures


def array(create, sizes):
    import numpy
    from multiprocessing import shared_memory

    pool = create(WORKERS)
    warm(pool)
    copied = median(
        sizes["rounds"],
        lambda xs: call(pool, functions.square_array, xs),
        lambda: numpy.arange(ELEMENTS, dtype=numpy.float64) % 1000,
    )
    memory = shared_memory.SharedMemory(create=True, size=ELEMENTS * 8)
    numpy.ndarray((ELEMENTS,), numpy.float64, memory.buf)[:] = 1
    shared = median(sizes["rounds"], lambda _: call(pool, functions.square_shared, memory.name, ELEMENTS))
    pool.close()
    memory.unlink()
    return {"8 MiB copied ms": copied, "8 MiB shared ms": shared}


def cpu(pids):
    """Seconds of CPU of processes and all their threads."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            total += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def idle(create, sizes):
    pool = create(WORKERS)
    warm(pool)
    pids = [os.getpid(), *pool.pids()]
    time.sleep(0.1)
    before, begin = cpu(pids), clock()
    time.sleep(2)
    cores = (cpu(pids) - before) / (clock() - begin)
    late = []
    for _ in range(sizes["rounds"] * 2):
        begin = clock()
        call(pool, functions.busy, 0.05)
        late.append((clock() - begin) * 1000 - 50)
        time.sleep(0.005)
    pool.close()
    return {
        "idle cores": cores,
        "50 ms task late p50 ms": quantile(late, 0.5),
        "50 ms task late p90 ms": quantile(late, 0.9),
    }


MEASURES = {"start": start, "latency": latency, "burst": burst, "map": map_, "array": array, "idle": idle}


def main():
    rival, measure, *flags = sys.argv[1:]
    kind, method = RIVALS[rival]
    sizes = QUICK if "--quick" in flags else FULL
    figures = MEASURES[measure](lambda workers: kind(method, workers), sizes)
    print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
