/// What the vault asks of a disk, and the clock that stamps files there. Small, so that a test can play any race.
package protocol FileSystem: Sendable {
    /// `stat`: what `path` resolves to at this moment, through every link.
    func identity(of path: FilePath) throws(Errno) -> FileIdentity
    /// Opens what `path` resolves to, for reading; it must not wait for a writer, nor become a controlling terminal.
    func open(_ path: FilePath) throws(Errno) -> any OpenFile & ~Copyable
    /// The absolute path without links of what `path` resolves to.
    func realPath(of path: FilePath) throws(Errno) -> String
    /// The real-time clock.
    func now() -> FileTime
}

/// A file held open; its end closes it. It stays the same file, whatever happens to the path it was opened by.
package protocol OpenFile: ~Copyable {
    func identity() throws(Errno) -> FileIdentity
    /// Appends what one `read` gives, and says how many bytes that was; zero is the end of the file.
    func read(into output: inout OutputSpan<UInt8>) throws(Errno) -> Int
    /// The absolute path without links under which the kernel knows the file.
    func finalPath() throws(Errno) -> String
}

extension OpenFile where Self: ~Copyable {
    /// From where it stands to the end, but at most `limit` bytes and one more, which shows that there are too many.
    package func contents(limit: Int) throws(Errno) -> SecretBytes {
        try SecretBytes(capacity: limit + 1) { output throws(Errno) in
            while !output.isFull, try read(into: &output) > 0 {}
        }
    }
}

/// A path, kept in the form that system calls take so that a look at it allocates nothing. Two are one only when their
/// bytes are.
package struct FilePath: Equatable, Sendable {
    package let text: String
    private let terminated: [CChar]

    /// `text` holds no NUL (the decoder of the config sees to that); what follows one would be cut off.
    package init(_ text: String) {
        self.text = text
        terminated = text.utf8.map { CChar(bitPattern: $0) } + [0]
    }

    package static func == (left: Self, right: Self) -> Bool { left.terminated == right.terminated }

    func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value? {
        unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            return unsafe body(start)
        }
    }
}
