"""What the workers of Python's pools run; importable by spawned ones."""
import time

_attached = {}


def square(x):
    return x * x


def square_array(xs):
    if not xs.flags.writeable:
        xs = xs.copy()
    xs *= xs
    return xs


def square_shared(name, length):
    """Squares f64 numbers in named shared memory, which stays attached."""
    view = _attached.get(name)
    if view is None:
        import numpy
        from multiprocessing import shared_memory

        memory = shared_memory.SharedMemory(name=name)
        view = _attached[name] = (memory, numpy.ndarray((length,), numpy.float64, memory.buf))
    view[1].__imul__(view[1])
    return length


def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return seconds


def sleep(seconds):
    time.sleep(seconds)
    return seconds
