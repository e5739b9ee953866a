"""The peer: the same three endpoints as FastAPI, SQLAlchemy 2 and asyncpg are commonly put together.

Two things are lighter than in Lamppost: no row-level security (a filter in the query keeps to the township) and no
authentication. It answers the same fields.
"""

import hashlib
import os
import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from models import Category, RequestEvent, ServiceRequest, TrackingCode

TENANT = int(os.environ.get("TENANT", "1"))
PRIORITIES = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

engine = create_async_engine(os.environ["PEER_DATABASE_URL"], pool_size=8, max_overflow=8)
sessions = async_sessionmaker(engine, expire_on_commit=False)
# Reads are single statements: no BEGIN and ROLLBACK around them.
readers = async_sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)
app = FastAPI()


async def session():
    async with sessions() as current:
        yield current


async def reader():
    async with readers() as current:
        yield current


Session = Annotated[AsyncSession, Depends(session)]
Reader = Annotated[AsyncSession, Depends(reader)]


class Location(BaseModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class AttachmentOut(BaseModel):
    id: UUID
    state: str
    visibility: str
    media_type: str | None
    width: int | None
    height: int | None
    reason: str | None


class RequestOut(BaseModel):
    reference: str
    title: str
    description: str
    category: str
    category_name: str
    status: str
    priority: str
    location: Location | None
    address: str | None
    areas: list[str]
    expected_by: datetime | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    version: int
    attachments: list[AttachmentOut]
    distance: float | None = None


class Receipt(RequestOut):
    tracking_code: str


class Page(BaseModel):
    items: list[RequestOut]
    next_cursor: str | None = None


class NewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    category: str
    priority: Literal["low", "medium", "high", "urgent"] | None = None
    location: Location | None
    address: str | None = Field(default=None, max_length=500)
    anonymous: bool = False


def fields(request: ServiceRequest, distance: float | None = None) -> dict:
    located = request.latitude is not None
    return {
        "reference": f"{request.reference[:4]}-{request.reference[4:]}",
        "title": request.title,
        "description": request.description,
        "category": request.category.slug,
        "category_name": request.category.name,
        "status": request.status,
        "priority": PRIORITIES[request.priority],
        "location": Location(latitude=request.latitude, longitude=request.longitude) if located else None,
        "address": request.address,
        "areas": request.areas,
        "expected_by": request.expected_by,
        "created_at": request.created_at,
        "updated_at": request.updated_at,
        "closed_at": request.closed_at,
        "version": request.version,
        "attachments": request.attachments or [],
        "distance": distance,
    }


def visible():
    """Public requests of the township with their category."""
    return (
        select(ServiceRequest)
        .where(ServiceRequest.tenant_id == TENANT, ServiceRequest.visibility == "public")
        .options(joinedload(ServiceRequest.category)))


@app.get("/requests/{reference}")
async def read(reference: str, db: Reader) -> RequestOut:
    stored = reference.replace("-", "").upper()
    request = await db.scalar(visible().where(ServiceRequest.reference == stored))
    if request is None:
        raise HTTPException(404)
    return RequestOut(**fields(request))


@app.get("/requests")
async def nearest(
    db: Reader, near: str, radius: Annotated[float, Query(ge=1, le=50_000)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    try:
        latitude, longitude = (float(part) for part in near.split(","))
    except ValueError:
        raise HTTPException(400) from None
    place = func.ST_GeogFromText(f"SRID=4326;POINT({longitude} {latitude})")
    distance = ServiceRequest.public_location.distance_centroid(place)
    rows = await db.execute(
        visible().add_columns(distance)
        .where(func.ST_DWithin(ServiceRequest.public_location, place, radius))
        .order_by(distance).limit(limit))
    return Page(items=[RequestOut(**fields(request, round(metres, 1))) for request, metres in rows])


@app.post("/requests", status_code=201)
async def report(new: NewRequest, db: Session) -> Receipt:
    category = await db.scalar(
        select(Category).where(Category.tenant_id == TENANT, Category.slug == new.category, Category.active))
    if category is None:
        raise HTTPException(422)
    place = None
    if new.location:
        place = f"SRID=4326;POINT({new.location.longitude} {new.location.latitude})"
    code = secrets.token_hex(16)
    request = ServiceRequest(
        tenant_id=TENANT, reference="".join(secrets.choice(SYMBOLS) for _ in range(8)), title=new.title,
        description=new.description, category_id=category.id, location=place, public_location=place,
        priority=next((n for n, name in PRIORITIES.items() if name == new.priority), category.default_priority),
        address=new.address, visibility="public", anonymous=new.anonymous, department_id=category.department_id,
        expected_by=func.now() + func.make_interval(0, 0, 0, 0, category.resolution_hours))
    db.add(request)
    await db.flush()
    db.add(TrackingCode(
        tenant_id=TENANT, digest=hashlib.sha256(code.encode()).digest(), request_id=request.id))
    db.add(RequestEvent(
        tenant_id=TENANT, request_id=request.id, sequence=1, kind="created", visibility="public", after="submitted"))
    await db.commit()
    stored = await db.scalar(
        visible().where(ServiceRequest.id == request.id).execution_options(populate_existing=True))
    return Receipt(**fields(stored), tracking_code=code)
