import Foundation
import Logging
import Telemetry
import Testing

@Suite struct LineHandlerTests {
    struct Refusal: Error {}

    @Test func aRecordBecomesOneLineWithTheFieldsOfAllItsSources() throws {
        let pipe = Pipe()
        let format = LineFormat(.text, now: LineFormatTests.moment)
        let sink = LineSink(descriptor: pipe.fileHandleForWriting.fileDescriptor) { format.line(.warning, "\($0)") }
        var handler = LineHandler(level: .info, format: format, sink: sink)
        handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "d": "provider"] }
        var logger = Logger(label: "test") { _ in handler }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "c"] = "logger"
        logger.debug("too fine to be seen")
        logger.error("refused", error: Refusal(), metadata: ["b": "record"])
        #expect(sink.flush())
        try pipe.fileHandleForWriting.close()
        let written = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(
            String(decoding: written, as: UTF8.self)
                == "2026-11-24T11:14:02.123Z ERROR refused a=provider b=record c=logger d=provider error=Refusal()\n")
    }
}
