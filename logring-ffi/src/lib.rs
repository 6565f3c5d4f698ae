#![no_std]
//! The C interface of logring.
