/// The members of an object in their order. No two have one name, compared byte for byte after unescaping.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package fileprivate(set) var value: JSONValue

        init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            left.name.isByteForByte(right.name) && left.value == right.value
        }
    }

    package private(set) var members: [Member]

    package init() { members = [] }

    /// For members whose names are known to differ.
    init(distinct members: [Member]) { self.members = members }

    /// Reading takes the first look from the front: objects are small. Setting replaces in place, appends a new name,
    /// and with nil removes.
    package subscript(_ name: String) -> JSONValue? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Sets a member; a new one goes behind the member `predecessor`, or to the front when that is nil or absent.
    package mutating func insert(_ value: JSONValue, for name: String, after predecessor: String?) {
        if let index = index(of: name) {
            members[index].value = value
        } else {
            let index = predecessor.flatMap(index(of:)).map { $0 + 1 } ?? 0
            members.insert(Member(name: name, value: value), at: index)
        }
    }

    private func index(of name: String) -> Int? {
        members.firstIndex { $0.name.isByteForByte(name) }
    }
}
