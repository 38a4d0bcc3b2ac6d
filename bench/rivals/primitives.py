"""CPython's primitives doing what bench/sync_bench.ts, queue_bench.ts, shared_bench.ts and start_bench.ts do, under the same names.

Usage: primitives.py [--quick] [PART ...], parts are locks, round_trips, queues, values, managers, processes; prints lines `name: {json}`, as those benchmarks do. Two processes, forked.
"""
import json
import multiprocessing
import sys
import time

clock = time.perf_counter
context = multiprocessing.get_context("fork")
SCALE = 20 if "--quick" in sys.argv else 1
ROUNDS = 5


def note(name, **figures):
    rounded = {unit: float(f"{value:.4g}") for unit, value in figures.items()}
    print(f"{name}: {json.dumps(rounded)}", flush=True)


def lock_loop(lock, count):
    for _ in range(count):
        lock.acquire()
        lock.release()


def value_loop(value, count):
    for _ in range(count):
        with value.get_lock():
            value.value += 1


def rounds_loop(loop, shared, barrier, count):
    for _ in range(ROUNDS):
        barrier.wait()
        loop(shared, count)
        barrier.wait()


def contended(loop, shared, count):
    """Seconds of the best round in which two processes run `loop` at once."""
    barrier = context.Barrier(3)
    processes = [context.Process(target=rounds_loop, args=(loop, shared, barrier, count)) for _ in range(2)]
    for process in processes:
        process.start()
    best = float("inf")
    for _ in range(ROUNDS):
        # Before the barrier, not after: the others may be done before this process is woken.
        start = clock()
        barrier.wait()
        barrier.wait()
        best = min(best, clock() - start)
    for process in processes:
        process.join()
    return best


def alone(work, rounds=ROUNDS):
    """Seconds of the best of several runs."""
    best = float("inf")
    for _ in range(rounds):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best


def locks():
    count = 200_000 // SCALE
    for kind in (context.Lock, context.RLock, context.Semaphore):
        lock = kind()
        name = kind.__name__
        seconds = alone(lambda: lock_loop(lock, count))
        note(f"{name} acquireSync and release", ns=seconds / count * 1e9)
        seconds = contended(lock_loop, lock, count)
        note(f"{name} acquire and release, 2 processes", ns=seconds / (2 * count) * 1e9)


def event_loop(ping, pong, count):
    for _ in range(count):
        ping.wait()
        ping.clear()
        pong.set()


def event_ask(ping, pong, count):
    for _ in range(count):
        ping.set()
        pong.wait()
        pong.clear()


def semaphore_loop(ping, pong, count):
    for _ in range(count):
        ping.acquire()
        pong.release()


def semaphore_ask(ping, pong, count):
    for _ in range(count):
        ping.release()
        pong.acquire()


def barrier_loop(barrier, _, count):
    for _ in range(count):
        barrier.wait()


def condition_loop(condition, _, count):
    with condition:
        for _ in range(count):
            condition.notify()
            condition.wait()
        condition.notify()


def between(name, count, ask, answer, *shared, rounds=ROUNDS):
    process = context.Process(target=answer, args=(*shared, count))
    process.start()
    seconds = alone(lambda: ask(*shared, count // rounds), rounds)
    process.join()
    note(name, ns=seconds / (count // rounds) * 1e9)


def round_trips():
    count = 10_000 // SCALE
    between("Event ping-pong", count, event_ask, event_loop, context.Event(), context.Event())
    between("Semaphore ping-pong", count, semaphore_ask, semaphore_loop, context.Semaphore(0), context.Semaphore(0))
    between("Barrier of 2", count, barrier_loop, barrier_loop, context.Barrier(2), None)
    # In one go: whoever stops lets the other wait for ever.
    between("Condition ping-pong", count, condition_loop, condition_loop, context.Condition(), None, rounds=1)


def put_loop(queue, count):
    for i in range(count):
        queue.put(i)


def throughput(name, queue):
    count = 50_000 // SCALE
    writer = context.Process(target=put_loop, args=(queue, count * ROUNDS))
    writer.start()
    best = float("inf")
    for _ in range(ROUNDS):
        queue.get()
        start = clock()
        for _ in range(count - 1):
            queue.get()
        best = min(best, clock() - start)
    writer.join()
    note(f"{name}, small integers from one process to another", perSecond=count / best)


def answer_loop(receive, send, count):
    for _ in range(count):
        send(receive())


def ask_loop(ask, count, pause):
    times = []
    for _ in range(count):
        if pause > 0:
            time.sleep(pause)
        start = clock()
        ask()
        times.append((clock() - start) * 1e6)
    times.sort()
    return dict(minUs=times[0], p50Us=times[len(times) // 2], p99Us=times[int(len(times) * 0.99)])


def ping_pong(name, send, receive, other_receive, other_send):
    hot, cold = 10_000 // SCALE, 300 // min(SCALE, 5)
    other = context.Process(target=answer_loop, args=(other_receive, other_send, hot + cold))
    other.start()

    def ask():
        send(1)
        receive()

    note(f"{name}, hot", **ask_loop(ask, hot, 0))
    note(f"{name}, cold", **ask_loop(ask, cold, 0.003))
    other.join()


def queues():
    throughput("Queue", context.Queue())
    throughput("Queue of at most 1,000", context.Queue(1000))
    throughput("SimpleQueue", context.SimpleQueue())
    questions, answers = context.SimpleQueue(), context.SimpleQueue()
    ping_pong("Queue ping-pong", questions.put, answers.get, questions.get, answers.put)
    mine, theirs = context.Pipe()
    ping_pong("Pipe ping-pong", mine.send, mine.recv, theirs.recv, theirs.send)


def values():
    value = context.Value("q", 0)
    count = 100_000 // SCALE
    note("SharedValue += under its lock", ns=alone(lambda: value_loop(value, count)) / count * 1e9)
    seconds = contended(value_loop, value, count)
    note("SharedValue += under its lock, 2 processes", ns=seconds / (2 * count) * 1e9)


def managers():
    count = 5000 // SCALE
    with context.Manager() as manager:
        shared = manager.dict()

        def put():
            for i in range(count):
                shared["key"] = i

        def get():
            for _ in range(count):
                shared["key"]

        note("Manager dict set", ns=alone(put) / count * 1e9)
        note("Manager dict get", ns=alone(get) / count * 1e9)


def processes():
    for method in ("fork", "spawn"):
        starter = multiprocessing.get_context(method)
        times = []
        for _ in range(max(3, 15 // SCALE)):
            process = starter.Process(target=int)
            start = clock()
            process.start()
            process.join()
            times.append((clock() - start) * 1000)
        times.sort()
        name = "Process start and join" + ("" if method == "spawn" else ", forked")
        note(name, ms=times[len(times) // 2])


if __name__ == "__main__":
    asked = [name for name in sys.argv[1:] if not name.startswith("--")]
    for part in (locks, round_trips, queues, values, managers, processes):
        if not asked or part.__name__ in asked:
            part()
