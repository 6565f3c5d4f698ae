//! The C interface of logring.
#![no_std]
