import Foundation

/// What a running server takes of its machine, as the kernel counts it.
extension KeywardProcess {
    /// Resident memory, in KiB.
    var residentKiB: Int { status("VmRSS") }

    var threads: Int { status("Threads") }

    /// Processor time, in clock ticks of 10 ms.
    var processorTicks: Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The second field is a name in parentheses; user and system time are the 14th and 15th.
        let fields = text.components(separatedBy: ") ").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    /// The limit of open descriptors in force.
    var descriptorLimit: Int? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }

    private func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
