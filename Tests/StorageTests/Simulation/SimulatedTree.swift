/// The names of a simulated disk: as its process sees them, and as a power cut may leave them.
struct SimulatedTree: Sendable {
    enum Node: Equatable, Sendable {
        case folder
        /// The number of a file's content.
        case file(Int)
    }

    fileprivate enum Step {
        case make(String, Node)
        case rename(String, to: String, Node)
        case remove(String)

        var paths: [String] {
            switch self {
            case .make(let path, _), .remove(let path): [path]
            case .rename(let path, let other, _): [path, other]
            }
        }
    }

    private(set) var visible: [String: Node] = ["/": .folder]
    private var durable: [String: Node] = ["/": .folder]
    /// What no sync of its folder has covered.
    private var pending: [Step] = []

    static func folder(of path: String) -> String {
        let names = path.split(separator: "/").dropLast()
        return "/" + names.joined(separator: "/")
    }

    subscript(path: String) -> Node? { visible[path] }

    func names(in folder: String) -> [String] {
        visible.keys.filter { $0 != "/" && Self.folder(of: $0) == folder }.sorted().map {
            String($0.split(separator: "/").last ?? "")
        }
    }

    mutating func make(_ path: String, _ node: Node) { take(.make(path, node)) }

    mutating func rename(_ path: String, to other: String, _ node: Node) { take(.rename(path, to: other, node)) }

    mutating func remove(_ path: String) { take(.remove(path)) }

    private mutating func take(_ step: Step) {
        Self.apply(step, to: &visible)
        pending.append(step)
    }

    mutating func sync(_ folder: String) {
        for step in pending where step.touches(folder) { Self.apply(step, to: &durable) }
        pending.removeAll { $0.touches(folder) }
    }

    /// Chooses which of the unsynced entries are left.
    mutating func cutPower(_ order: WriteOrder, _ random: inout SplitMix64) {
        let kept = random.number(0...pending.count)
        let percent = [0, 50, 100][random.number(0...2)]
        for (place, step) in pending.enumerated() where order == .kept ? place < kept : random.chance(percent) {
            Self.apply(step, to: &durable)
        }
        // What is in a folder goes with it.
        for path in durable.keys.sorted(by: { $0.count < $1.count }) where path != "/" {
            if durable[Self.folder(of: path)] != .folder { durable[path] = nil }
        }
        visible = durable
        pending = []
    }

    private static func apply(_ step: Step, to nodes: inout [String: Node]) {
        switch step {
        case .make(let path, let node): nodes[path] = node
        case .rename(let path, let other, let node):
            nodes[other] = node
            if nodes[path] == node { nodes[path] = nil }
            // What is in a folder goes along; whoever renames one has synced it before.
            guard node == .folder else { return }
            for (inner, node) in nodes where inner.hasPrefix("\(path)/") {
                nodes[inner] = nil
                nodes[other + inner.dropFirst(path.count)] = node
            }
        case .remove(let path): nodes[path] = nil
        }
    }
}

extension SimulatedTree.Step {
    fileprivate func touches(_ folder: String) -> Bool {
        paths.contains { SimulatedTree.folder(of: $0) == folder }
    }
}
