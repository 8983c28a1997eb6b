internal import FHIR
internal import Storage
internal import Vault

/// What is wrong with the init bundle, and what the resources in it refer to.
struct InitBundleExamination {
    private(set) var findings: [Finding] = []
    /// In the order of the bundle; none where it is faulty.
    private(set) var references: [StoreExamination.Reference] = []
    /// What it puts.
    private(set) var keys: Set<ResourceKey> = []

    private static let remedy = "mend it: no server starts with it"

    init(_ path: String, nesting: Int, files: any FileSystem) {
        do throws(InitBundleFault) {
            for put in try InitBundle(path, nesting: nesting, files: files).puts {
                let key = put.change.key
                keys.insert(key)
                references += put.references.map { StoreExamination.Reference(key: key, reference: $0) }
            }
        } catch {
            switch error {
            case .unreadable(let reason):
                findings = [Finding(.initBundleUnreadable, reason, at: path, remedy: Self.remedy)]
            case .faulty(let faults):
                findings = faults.map { fault in
                    Finding(.initBundleFaulty, fault.reason, at: "\(path): \(fault.place)", remedy: Self.remedy)
                }
            }
        }
    }
}
