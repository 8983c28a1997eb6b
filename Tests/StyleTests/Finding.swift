/// One breach of the house's style: where it is, what it is, and what to do about it.
struct Finding: Equatable, CustomStringConvertible {
    /// The file's path from the top of the repository.
    let path: String
    /// Counted from 1.
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}
