public import FoundationEssentials

/// A value that can stand in a statement as a bind.
///
/// A type with a raw value conforms by declaring it. Others give the bind of something they are made of:
/// `var bind: Bind { reference.text.bind }`.
public protocol Bindable: Sendable {
  var bind: Bind { get }
  /// The type a `nil` of this type is sent as (pg_type.oid); 0 lets the server infer it.
  static var bindTypeID: UInt32 { get }
}

extension Bindable {
  public static var bindTypeID: UInt32 { 0 }
}

extension Bindable where Self: RawRepresentable, RawValue: Bindable {
  public var bind: Bind { rawValue.bind }
  public static var bindTypeID: UInt32 { RawValue.bindTypeID }
}

/// What an array bind may consist of. `[UInt8]` is a bytea, all others are arrays for `= ANY(…)` and `unnest(…)`.
public protocol BindableElement: Sendable {
  static func bind(_ elements: [Self]) -> Bind
  static var arrayTypeID: UInt32 { get }
}

extension BindableElement where Self: Bindable {
  public static func bind(_ elements: [Self]) -> Bind {
    Bind(arrayTypeID, .array(element: bindTypeID == 0 ? TypeID.text : bindTypeID, elements.map(\.bind)))
  }
  public static var arrayTypeID: UInt32 { TypeID.array(of: bindTypeID == 0 ? TypeID.text : bindTypeID) }
}

extension Array: Bindable where Element: BindableElement {
  public var bind: Bind { Element.bind(self) }
  public static var bindTypeID: UInt32 { Element.arrayTypeID }
}

extension UInt8: BindableElement {
  public static func bind(_ elements: [UInt8]) -> Bind { Bind(TypeID.bytea, .bytes(elements)) }
  public static var arrayTypeID: UInt32 { TypeID.bytea }
}

extension Optional: Bindable where Wrapped: Bindable {
  public var bind: Bind { self?.bind ?? Bind(Wrapped.bindTypeID, .null) }
  public static var bindTypeID: UInt32 { Wrapped.bindTypeID }
}

/// Sent as text whose type the server infers, so that a string can be compared with or put into any type.
/// One that holds a NUL, which PostgreSQL cannot store, is refused with `DatabaseError.Kind.invalidText`.
extension String: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.inferred, .text(self)) }
}

extension Bool: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.bool, .bool(self)) }
  public static var bindTypeID: UInt32 { TypeID.bool }
}

extension Int16: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.int2, .int16(self)) }
  public static var bindTypeID: UInt32 { TypeID.int2 }
}

extension Int32: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.int4, .int32(self)) }
  public static var bindTypeID: UInt32 { TypeID.int4 }
}

extension Int64: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.int8, .int64(self)) }
  public static var bindTypeID: UInt32 { TypeID.int8 }
}

extension Int: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.int8, .int64(Int64(self))) }
  public static var bindTypeID: UInt32 { TypeID.int8 }
}

extension Float: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.float4, .int32(Int32(bitPattern: bitPattern))) }
  public static var bindTypeID: UInt32 { TypeID.float4 }
}

extension Double: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.float8, .int64(Int64(bitPattern: bitPattern))) }
  public static var bindTypeID: UInt32 { TypeID.float8 }
}

extension UUID: Bindable, BindableElement {
  public var bind: Bind { Bind(TypeID.uuid, .uuid(self)) }
  public static var bindTypeID: UInt32 { TypeID.uuid }
}

/// Sent as timestamptz, rounded to the microsecond. `distantFuture` and `distantPast` are `infinity` and `-infinity`;
/// a date beyond PostgreSQL's range is refused with `DatabaseError.Kind.invalidValue`.
extension Date: Bindable, BindableElement {
  public var bind: Bind {
    guard let microseconds = Timestamp.microseconds(self) else { return Bind(TypeID.timestamptz, .invalid) }
    return Bind(TypeID.timestamptz, .timestamp(microseconds))
  }
  public static var bindTypeID: UInt32 { TypeID.timestamptz }
}

/// Text that is JSON already, for a jsonb or json bind and column. Checked by the server, not here.
public struct JSONText: Bindable, Equatable, Sendable {
  public let text: String
  public init(_ text: String) { self.text = text }
  public var bind: Bind { Bind(TypeID.jsonb, .text(text)) }
  public static var bindTypeID: UInt32 { TypeID.jsonb }
}
