internal import Glibc
internal import Invariants

/// The invariant that this process looks for a breach of, by the variable `INVARIANT`: one program holds all of them.
let chosen: Invariant = {
    let name = unsafe getenv("INVARIANT").map { unsafe String(cString: $0) } ?? ""
    if let invariant = Invariant(named: name) { return invariant }
    say("INVARIANT is '\(name)'; say one of \(Invariant.all.map(\.name).joined(separator: ", "))")
    exit(64)
}()

func say(_ words: String) {
    let line = Array("\(words)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
}
