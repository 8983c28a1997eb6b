internal import FHIR
internal import JSON
package import Storage
internal import Vault

/// What an export of Aidbox comes to here: the changes to make, what is not imported and why, and what the vault config
/// needs for it. Nothing of it holds a secret.
package struct AidboxImport: Sendable {
    /// A put each, no two of one resource.
    package private(set) var changes: [Change] = []
    /// A line each: what was changed on the way.
    package private(set) var notes: [String] = []
    /// A line each: what is not imported, and what to do.
    package private(set) var findings: [String] = []
    /// Members of `secret` that the vault config lacks, a line each.
    package private(set) var configLines: [String] = []

    /// Reads the export, and the vault config that is to serve it, if there is one.
    ///
    /// - Throws: why one of them cannot be read.
    package init(_ export: String, vaultConfig: String?) throws(ImportFault) {
        let files = PosixFiles()
        let config: VaultConfig
        do throws(VaultConfigFaults) {
            config = try vaultConfig.map { VaultConfigFile($0, files: files) }?.load() ?? .none
        } catch {
            throw .vaultConfig(StartFault.vaultConfig(path: vaultConfig ?? "", faults: error.faults))
        }
        do throws(InputFault) {
            self.init(try AidboxExport(export, files: files), config)
        } catch {
            throw .export("\(error)")
        }
    }

    init(_ export: AidboxExport, _ config: VaultConfig) {
        let candidates = candidates(in: export)
        var names = SecretNames(config)
        for candidate in candidates { candidate.names.forEach { names.reserve($0) } }
        for candidate in candidates { take(candidate, &names) }
        configLines = names.lines
    }

    /// A resource that can be imported, but for its literals.
    private struct Candidate {
        let key: ResourceKey
        let object: JSONObject
        let literals: [String]
        /// Of secrets that it refers to by their names.
        let names: [String]

        init(_ object: JSONObject) throws(FHIRError) {
            let key = try Resource(object).key
            // A name that no reference has which came so.
            let unnamed = AidboxResource.prefix
            let looked = try AidboxResource(object, of: key.type) { _ in unnamed }
            literals = looked.literals
            names =
                literals.isEmpty
                ? try Resource(looked.object).checkContent().map(\.name).filter { $0 != unnamed } : []
            self.key = key
            self.object = object
        }
    }

    /// All there are, no two of one resource; what else there is becomes a finding.
    private mutating func candidates(in export: AidboxExport) -> [Candidate] {
        var candidates: [Candidate] = []
        var places: [ResourceKey: String] = [:]
        var unknown: [String: Int] = [:]
        for (place, item) in export.items {
            switch item {
            case .fault(let fault): findings.append("\(place): \(fault); not imported")
            case .resource(let object):
                if let name = object["resourceType"]?.string, ResourceType(name) == nil {
                    unknown[name, default: 0] += 1
                    continue
                }
                do throws(FHIRError) {
                    let candidate = try Candidate(object)
                    if let first = places[candidate.key] {
                        findings.append(
                            "\(place): \(candidate.key.text) is at \(first) too, and the first counts; not imported")
                    } else {
                        places[candidate.key] = place
                        candidates.append(candidate)
                    }
                } catch {
                    findings.append("\(place): \(error); not imported")
                }
            }
        }
        findings += unknown.sorted { $0.key < $1.key }.map { type, count in
            "\(type.quotedBriefly): \(count == 1 ? "1 resource" : "\(count) resources") of a type that is not known "
                + "here; not imported"
        }
        return candidates
    }

    private mutating func take(_ candidate: Candidate, _ names: inout SecretNames) {
        let key = candidate.key
        for field in candidate.literals {
            let (name, path) = names.name(ofLiteral: key.id.text, field)
            names.use(name, by: Requester(resourceType: key.type.name, id: key.id.text, field: field))
            findings.append(
                "\(key.text), \(field): a literal value, which is never stored here; not imported: put the value into "
                    + "the file \(path) and \"\(AidboxResource.prefix)\(path)\" in its place, and import again")
        }
        guard candidate.literals.isEmpty else { return }
        do throws(FHIRError) {
            let taken = try AidboxResource(candidate.object, of: key.type) { names.name(ofFile: $0) }
            let resource = try Resource(taken.object)
            changes.append(try Change.put(resource))
            for file in taken.files {
                let name = names.name(ofFile: file.path)
                notes.append("\(key.text), \(file.field): now a reference to the secret \(name.quotedBriefly)")
            }
            for reference in try resource.checkContent() { names.use(reference.name, by: Requester(key, reference)) }
        } catch {
            findings.append("\(key.text): \(error); not imported")
        }
    }
}

/// Why nothing is imported.
package enum ImportFault: Error {
    case export(String)
    case vaultConfig(StartFault)
}
