//! The least a Rust program can do and still print a token: what `stagedoor token` is measured against. It links nothing
//! beside the standard library.

fn main() {
    println!("sdt_5f2a1c9e8b7d4036a1e2c3d4f5061728c3RhZ2Vkb29yIGNvbnN0YW50");
}
