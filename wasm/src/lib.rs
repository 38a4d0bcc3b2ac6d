//! The kernels of Lanes: loops over slices of the one memory that every thread of the program maps.
//!
//! Each kernel is a plain export, `name_dtype`, that takes byte addresses and a length. It never allocates, never
//! panics and keeps no state, so any number of threads may be in it at once.
//!
//! Loops are written once, over the trait [`lanes::Lanes`]: 128-bit vectors on WebAssembly, arrays of the same width
//! elsewhere, where `cargo test` runs the same code.

#![allow(clippy::missing_safety_doc, reason = "every export has the one contract above: addresses of n elements")]

// First: its macro is for the others.
#[macro_use]
pub mod math;

pub mod kernels;
pub mod lanes;
pub mod map;
pub mod philox;
pub mod reduce;
pub mod sorting;
mod start;
