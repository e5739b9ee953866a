"""The tables that the peer's endpoints touch."""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, Geometry
from sqlalchemy import (
    ARRAY, JSON, BigInteger, ForeignKeyConstraint, Identity, Integer, SmallInteger, Text, and_, cast, func,
    literal_column, select)
from sqlalchemy.dialects.postgresql import BYTEA, TIMESTAMP, aggregate_order_by
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

TIME = TIMESTAMP(timezone=True)


class Base(DeclarativeBase):
    pass


class Category(Base):
    __tablename__ = "categories"
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    default_priority: Mapped[int] = mapped_column(SmallInteger)
    department_id: Mapped[int | None]
    resolution_hours: Mapped[int | None]
    active: Mapped[bool]


class Area(Base):
    __tablename__ = "areas"
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str]
    slug: Mapped[str]


class RequestArea(Base):
    __tablename__ = "request_areas"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "request_id"], ["requests.tenant_id", "requests.id"]),
        ForeignKeyConstraint(["tenant_id", "area_id"], ["areas.tenant_id", "areas.id"]))
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(TIME, primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Attachment(Base):
    __tablename__ = "attachments"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "request_id"], ["requests.tenant_id", "requests.id"]),)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    visibility: Mapped[str]
    media_type: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)


class ServiceRequest(Base):
    __tablename__ = "requests"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "category_id"], ["categories.tenant_id", "categories.id"]),)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    reference: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    category_id: Mapped[int]
    status: Mapped[str] = mapped_column(Text, server_default="submitted")
    priority: Mapped[int] = mapped_column(SmallInteger)
    location = mapped_column(Geography("POINT", 4326), deferred=True)
    public_location = mapped_column(Geography("POINT", 4326), deferred=True)
    address: Mapped[str | None]
    visibility: Mapped[str]
    anonymous: Mapped[bool]
    department_id: Mapped[int | None]
    expected_by: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(TIME, server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(TIME)
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    latitude = column_property(func.ST_Y(cast(public_location, Geometry)))
    longitude = column_property(func.ST_X(cast(public_location, Geometry)))

    category: Mapped[Category] = relationship()


class TrackingCode(Base):
    __tablename__ = "tracking_codes"
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger)


class RequestEvent(Base):
    __tablename__ = "request_events"
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    visibility: Mapped[str]
    after: Mapped[str | None]


# Both lists come with the request's own row: two more queries a call (selectinload) each cost more.
ServiceRequest.areas = column_property(
    func.array(
        select(Area.layer + ":" + Area.slug)
        .join(RequestArea, and_(RequestArea.tenant_id == Area.tenant_id, RequestArea.area_id == Area.id))
        .where(RequestArea.tenant_id == ServiceRequest.tenant_id, RequestArea.request_id == ServiceRequest.id)
        .order_by(Area.layer, Area.slug).correlate(ServiceRequest).scalar_subquery(), type_=ARRAY(Text)))
ServiceRequest.attachments = column_property(
    select(func.json_agg(aggregate_order_by(
        func.json_build_object(*(part for column in (
            Attachment.id, Attachment.state, Attachment.visibility, Attachment.media_type, Attachment.width,
            Attachment.height, Attachment.reason) for part in (literal_column(f"'{column.key}'"), column)), type_=JSON),
        Attachment.created_at, Attachment.id), type_=JSON))
    .where(Attachment.tenant_id == ServiceRequest.tenant_id, Attachment.request_id == ServiceRequest.id,
           Attachment.visibility == "public", Attachment.state == "clean")
    .correlate(ServiceRequest).scalar_subquery())
