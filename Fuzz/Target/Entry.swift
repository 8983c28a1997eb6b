internal import Glibc
internal import Invariants

/// libFuzzer's way in, once for every input. A broken invariant ends the process as a crash does, so that the fuzzer
/// keeps the input.
@c(LLVMFuzzerTestOneInput) func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(Broken) {
        try chosen.check(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        say("the invariant \(chosen) is broken: \(error)")
        abort()
    }
    return 0
}
