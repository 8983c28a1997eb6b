/// Findings on the way to be made: what concerns several secrets but has one cause, in one place, becomes one of them.
struct Causes {
    private struct Key: Hashable {
        let code: FindingCode
        let place: String
    }

    private struct Cause {
        let key: Key
        let what: String
        let remedy: String
        var subjects: [String]
    }

    /// Those whom a finding names; of more it tells the number.
    private static let named = 5

    private var causes: [Cause] = []
    private var places: [Key: Int] = [:]

    /// - Parameter subject: whom it concerns, as "secret 'a'".
    mutating func add(_ code: FindingCode, _ what: String, at place: String, remedy: String, of subject: String) {
        let key = Key(code: code, place: place)
        guard let index = places[key] else {
            places[key] = causes.count
            causes.append(Cause(key: key, what: what, remedy: remedy, subjects: [subject]))
            return
        }
        if !causes[index].subjects.contains(subject) { causes[index].subjects.append(subject) }
    }

    /// In the order in which each cause was first met.
    var findings: [Finding] {
        causes.map { cause in
            let more = cause.subjects.count - Self.named
            let subjects = cause.subjects.prefix(Self.named).joined(separator: ", ")
            let all = more > 0 ? "\(subjects) and \(more) more" : subjects
            return Finding(cause.key.code, "\(all): \(cause.what)", at: cause.key.place, remedy: cause.remedy)
        }
    }
}
