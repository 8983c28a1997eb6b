internal import Logging
internal import Storage
internal import Telemetry

/// Tells the operator what the store does by itself.
struct StoreEvents: Sendable {
    private let done: Counter
    private let failed: Counter
    private let logger: Logger

    init(_ registry: MetricRegistry, _ logger: Logger) {
        let compactions = registry.counters(
            "keyward_store_compactions_total", help: "Compactions of the store by result.", labels: ["result"])
        done = compactions.series("done")
        failed = compactions.series("failed")
        self.logger = logger
    }

    func changed(_ condition: StoreCondition) {
        switch condition {
        case .writable: logger.info("the store takes writes again")
        case .refusing(let reason): logger.error("the store takes no writes", metadata: ["detail": "\(reason)"])
        }
    }

    func compacted(_ result: Result<CompactionReport, StorageError>) {
        switch result {
        case .success(let report):
            done.add()
            logger.info(
                "store compacted",
                metadata: [
                    "versions": .stringConvertible(report.versions), "kept": .stringConvertible(report.kept),
                    "bytes_before": .stringConvertible(report.bytesBefore),
                    "bytes": .stringConvertible(report.bytes),
                ])
        case .failure(let error):
            failed.add()
            logger.error(
                "the store could not be compacted; it goes on as it is and tries again when it has grown",
                metadata: ["error": "\(error)"])
        }
    }
}
