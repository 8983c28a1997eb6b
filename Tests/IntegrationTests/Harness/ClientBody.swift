/// The text of a Client as people write it.
enum ClientBody {
    static let masked =
        #"{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}"#

    static func reference(_ name: String) -> String {
        #"{"url": "http://health-samurai.io/fhir/secret-reference", "valueString": "\#(name)"}"#
    }

    static func text(
        _ id: String = "basic", secret: String? = "client-secret", grants: String = #"["basic"]"#, more: String = ""
    ) -> String {
        let element = secret.map { #", "_secret": {"extension": [\#(masked), \#(reference($0))]}"# } ?? ""
        return #"{"resourceType": "Client", "id": "\#(id)", "grant_types": \#(grants)\#(element)\#(more)}"#
    }
}
