/// Findings on the way to be made: what concerns several secrets but has one cause, in one place, becomes one of them.
struct Causes {
    private struct Cause {
        let code: FindingCode
        let place: String
        let what: String
        let remedy: String
        var subjects: [String]
    }

    /// Those whom a finding names; of more it tells the number.
    private static let named = 5

    private var causes: [Cause] = []

    /// - Parameter subject: whom it concerns, as "secret 'a'".
    mutating func add(_ code: FindingCode, _ what: String, at place: String, remedy: String, of subject: String) {
        guard let index = causes.firstIndex(where: { $0.code == code && $0.place == place }) else {
            causes.append(Cause(code: code, place: place, what: what, remedy: remedy, subjects: [subject]))
            return
        }
        if !causes[index].subjects.contains(subject) { causes[index].subjects.append(subject) }
    }

    func contains(_ code: FindingCode, at place: String) -> Bool {
        causes.contains { $0.code == code && $0.place == place }
    }

    /// In the order in which each cause was first met.
    var findings: [Finding] {
        causes.map { cause in
            let more = cause.subjects.count - Self.named
            let subjects = cause.subjects.prefix(Self.named).joined(separator: ", ")
            let all = more > 0 ? "\(subjects) and \(more) more" : subjects
            return Finding(cause.code, "\(all): \(cause.what)", at: cause.place, remedy: cause.remedy)
        }
    }
}
