internal import Vault

/// A file that is read whole and once. By mistake there may be a secret in it, so the bytes are overwritten after use.
struct InputFile {
    let path: String
    /// The most bytes it may have.
    let limit: Int
    let files: any FileSystem

    func bytes() throws(InputFault) -> SecretBytes {
        let file = try reading { () throws(Errno) in try files.open(FilePath(path)) }
        let identity = try reading { () throws(Errno) in try file.identity() }
        guard identity.kind == .regular else { throw InputFault(description: "it is not a regular file") }
        guard identity.size <= limit else { throw InputFault(description: "it has more than \(limit) bytes") }
        let bytes = try reading { () throws(Errno) in try file.contents(limit: Int(identity.size)) }
        let after = try reading { () throws(Errno) in try file.identity() }
        guard bytes.count == identity.size, after == identity else {
            throw InputFault(description: "it changes while it is read")
        }
        return bytes
    }

    private func reading<Value: ~Copyable>(_ body: () throws(Errno) -> Value) throws(InputFault) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw InputFault(description: "it cannot be read (\(error))")
        }
    }
}

/// Why a file cannot be read whole.
struct InputFault: Error, Equatable, CustomStringConvertible {
    let description: String
}
