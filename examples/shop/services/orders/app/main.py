"""Takes orders, stores them and tells the rest of the shop."""

import json
import os
import uuid
from typing import Dict, List

import pika
import psycopg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI(title="orders")


class Item(BaseModel):
    sku: str = Field(max_length=40)
    quantity: int = Field(gt=0, le=100)


class Order(BaseModel):
    items: List[Item] = Field(min_length=1, max_length=50)


def announce(order_id: str) -> None:
    """Puts the order on the queue that the warehouse reads."""
    with pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])) as connection:
        channel = connection.channel()
        channel.queue_declare("orders", durable=True)
        channel.basic_publish("", "orders", json.dumps({"order": order_id}))


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.post("/orders", status_code=201)
def create(order: Order) -> Dict[str, str]:
    order_id = str(uuid.uuid4())
    rows = [(order_id, item.sku, item.quantity) for item in order.items]
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.cursor().executemany(
            "INSERT INTO order_items (order_id, sku, quantity) VALUES (%s, %s, %s)", rows
        )
    announce(order_id)
    return {"order": order_id}


@app.get("/orders/{order_id}")
def show(order_id: uuid.UUID) -> List[Item]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT sku, quantity FROM order_items WHERE order_id = %s", (str(order_id),)
        ).fetchall()
    if not rows:
        raise HTTPException(404, "no such order")
    return [Item(sku=sku, quantity=quantity) for sku, quantity in rows]
