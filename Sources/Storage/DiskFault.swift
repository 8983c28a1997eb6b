import Glibc

/// A call to the disk that failed: which, on what, and the system's error number.
package struct DiskFault: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let path: String
    package let code: Int32

    package init(call: String, path: String, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    static let noSpace = ENOSPC
    static let canceled = ECANCELED

    /// No room, no quota, or a limit on the length of a file (`ulimit -f`): what an operator can lift while we run.
    var isFull: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    var isMissing: Bool { code == ENOENT }

    var isDenied: Bool { [EACCES, EPERM].contains(code) }

    var isReadOnly: Bool { code == EROFS }

    package var description: String {
        // `strerror` may share its buffer between threads; this form is given one.
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, unsafe strerror_r(code, start, buffer.count) == 0 else {
                return "error"
            }
            return unsafe String(cString: start)
        }
        return "\(call) \(path): \(text) (errno \(code))"
    }
}
