package import FHIR

/// One place where a journal or a base is not as it was written.
package struct JournalFlaw: Sendable, Equatable, CustomStringConvertible {
    package let file: String
    /// From 1; the header is line 1.
    package let line: Int
    package let reason: String
    /// The resource that holds a secret itself, where that is the flaw.
    package internal(set) var literal: ResourceKey?
    /// The line is sound, and the body of a resource in it is not one that a store may hold.
    package internal(set) var isOfBody = false
    /// What the line says of itself, where commits or versions are lost by the flaw; nil where none is.
    var head: LineHead?
    /// What is lost by it, a sentence each, where all of the store was looked at.
    package internal(set) var lost: [String] = []

    package var description: String { "\(file), line \(line): \(reason)" }
}
