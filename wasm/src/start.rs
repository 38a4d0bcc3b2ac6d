//! What a thread calls first, and what wasm-bindgen's transformation for threads expects of a module. Its allocator is
//! never used: each thread's instance is given a stack by its host, which sets `__stack_pointer`, and there is no
//! thread-local data.

/// Unused, but wasm-bindgen refuses a module with threads that lacks it.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub extern "C" fn __wbindgen_malloc(_bytes: usize, _align: usize) -> usize {
    core::arch::wasm32::unreachable()
}

/// Unused, but wasm-bindgen refuses a module with threads that lacks it.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub extern "C" fn __wbindgen_free(_address: usize, _bytes: usize, _align: usize) {
    core::arch::wasm32::unreachable()
}

/// Writes the constants of all functions; each thread calls it before any kernel.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    crate::math::prepare();
    crate::philox::prepare();
    crate::kernels::black_scholes::prepare();
}
