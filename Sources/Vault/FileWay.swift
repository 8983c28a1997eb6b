internal import Glibc

/// The way that a path takes to its file: every folder that it leads through, links followed one by one, and its end.
package struct FileWay: Sendable {
    package enum End: Equatable, Sendable {
        /// The absolute path without links of what is there, whatever it is.
        case found(path: String, FileAttributes)
        /// The first name on the way that does not exist; a folder, where the way would go on below it.
        case missing(path: String, isFolder: Bool)
        /// A folder that this process may not enter.
        case closed(folder: String)
        case lost(path: String, Errno)
    }

    package struct Folder: Equatable, Sendable {
        /// Absolute and without links.
        package let path: String
        package let attributes: FileAttributes
    }

    /// Each once, in the order of the way. Whoever may write into one of them may lead the path elsewhere.
    package private(set) var folders: [Folder] = []
    package private(set) var end = End.missing(path: "/", isFolder: true)

    /// As many links as the kernel follows in one path.
    private static let maximumLinks = 40

    /// - Parameter path: absolute.
    package init(to path: String, _ source: any FileAttributeSource) {
        do throws(Errno) {
            note("/", try source.attributes(of: FilePath("/")))
            end = try walk(path, source)
        } catch {
            end = .lost(path: path, error)
        }
    }

    private mutating func walk(_ path: String, _ source: any FileAttributeSource) throws(Errno) -> End {
        var rest = Self.names(in: path)
        // Empty at the root folder.
        var place = ""
        var links = 0
        while let name = rest.popLast() {
            if name == ".." {
                place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                continue
            }
            let next = "\(place)/\(name)"
            let attributes: FileAttributes
            do throws(Errno) {
                attributes = try source.attributes(of: FilePath(next))
            } catch {
                if error.isMissing { return .missing(path: next, isFolder: !rest.isEmpty) }
                if error.isDenied { return .closed(folder: place.isEmpty ? "/" : place) }
                return .lost(path: next, error)
            }
            if attributes.kind == .folder { note(next, attributes) }
            switch attributes.kind {
            case .link:
                links += 1
                guard links <= Self.maximumLinks else { return .lost(path: next, Errno(code: ELOOP)) }
                let target = try source.target(of: FilePath(next))
                if target.isAbsolute { place = "" }
                rest += Self.names(in: target)
            case _ where rest.isEmpty: return .found(path: next, attributes)
            case .folder: place = next
            case .file, .other: return .lost(path: next, Errno(code: ENOTDIR))
            }
        }
        // The way ends with a step up, so in a folder that it went through, or at the root.
        let folder = folders.last { $0.path == place } ?? folders[0]
        return .found(path: folder.path, folder.attributes)
    }

    private mutating func note(_ path: String, _ attributes: FileAttributes) {
        if !folders.contains(where: { $0.path == path }) { folders.append(Folder(path: path, attributes: attributes)) }
    }

    /// The last name first.
    private static func names(in path: String) -> [String] {
        path.split(separator: "/").map { String($0) }.filter { $0 != "." }.reversed()
    }
}
